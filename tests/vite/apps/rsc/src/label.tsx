export const Label = ({ count }: { count: number }) => <b>{count}</b>;
