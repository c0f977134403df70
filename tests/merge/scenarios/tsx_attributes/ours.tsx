export const Button = (props: Props) => (
  <button className="round" onClick={props.onClick}>
    {props.text}
  </button>
);
