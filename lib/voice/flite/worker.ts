/** The program of a process with flite. */
import { takeOrders } from "../../subprocess/pipes.ts";
import { takeOrder } from "./take_order.ts";

await takeOrders(takeOrder);
