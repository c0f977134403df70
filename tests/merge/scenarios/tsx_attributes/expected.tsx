export const Button = (props: Props) => (
  <button className="round" onClick={props.onPress}>
    {props.text}
  </button>
);
