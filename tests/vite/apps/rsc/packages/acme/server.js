export { Badge } from "./badge.js";
