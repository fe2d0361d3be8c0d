export { EndOfTurn, type EndOfTurnOptions, type TurnEvent } from "./end_of_turn.ts";
export { InterruptionJudge } from "./interruption.ts";
