export const Button = (props: Props) => (
  <button className="plain" onClick={props.onPress}>
    {props.text}
  </button>
);
