export const Badge = () => "not for servers";
