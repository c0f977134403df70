export const Button = (props: Props) => {
  return <b className="x">{props.text}</b>;
};
