export const Button = (props: Props) => {
  return <b>{props.text}</b>;
};
