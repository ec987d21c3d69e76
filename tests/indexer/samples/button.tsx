type Props = { label: string };
export function Button({ label }: Props) { return <button>{label}</button>; }
export const Link = ({ label }: Props) => <a href="#">{label}</a>;
