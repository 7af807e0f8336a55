import { createContext, useContext, useSyncExternalStore } from "react";
import type { Socket, SocketState } from "./socket";

export const SocketContext = createContext<Socket | null>(null);

/** The live connection's state; `idle` where there is no socket at all. */
export function useSocketState(): SocketState {
  const socket = useContext(SocketContext);
  return useSyncExternalStore(
    (listener) => socket?.onChange(listener) ?? (() => {}),
    () => socket?.state() ?? "idle",
  );
}
