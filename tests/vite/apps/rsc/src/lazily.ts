export const lazily = () => import("./later");
