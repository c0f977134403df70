export const Button = (props: Props) => (
  <button className="plain" onClick={props.onClick}>
    {props.text}
  </button>
);
