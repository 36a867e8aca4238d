package ray.simulator;

/** What must hold at every step, or in the end. */
public enum Rule {
  /** A program's result is that of its serial evaluation, or an error that faults justify. */
  SERIAL_RESULTS("results equal those of a serial evaluation, or the error that faults justify"),
  /** What a process can reach exists. */
  REACHABLE("nothing is freed while it is reachable"),
  /** What nobody can reach is freed in the end. */
  FREED("everything is freed in the end"),
  /** A task runs at most once and once for each retry, each attempt once. */
  RUNS("nothing runs more often than its policy allows"),
  /** An actor sees the calls of a caller in the order in which they were made. */
  CALLS_IN_ORDER("calls of an actor run in order, a caller"),
  /** An actor that was to outlive its program is made, whatever becomes of that. */
  STAYS("actors that stay are not cancelled with their program"),
  /** When faults have stopped, everything comes to its end. */
  PROGRESS("nothing waits for ever once faults stop"),
  /** Runs on a node use no more than it has. */
  RESOURCES("resources are never below zero, nor leaked"),
  /** The store's own account is right, no bytes are given to two, and nobody is overtaken. */
  STORE("store blocks never overlap, and values have room in their turn"),
  /** Little waits on any connection. */
  QUEUES_BOUNDED("the bytes of queued messages stay within their bounds"),
  /** What a core asserts about its own state. */
  CORE("the cores' own assertions hold");

  private final String text;

  Rule(String text) {
    this.text = text;
  }

  /** The rule in words. */
  public String text() {
    return text;
  }
}
