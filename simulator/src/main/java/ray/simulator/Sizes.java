package ray.simulator;

import ray.core.Message;

/** About how many bytes a message takes on the wire. */
final class Sizes {
  private static final int HEADER = 32;
  private static final int REF = 16;
  private static final int TASK = 128;

  private Sizes() {}

  static int of(Object payload) {
    return HEADER
        + switch (payload) {
          case Message.PushTasks push -> push.tasks().size() * TASK;
          case Message.PushCalls push -> push.calls().size() * TASK;
          case Message.TasksDone done -> done.results().size() * TASK;
          case Message.CallsRefused refused -> refused.tasks().size() * REF;
          case Message.NodesChanged nodes ->
              nodes.nodes().size() * TASK + nodes.gone().size() * REF;
          case Message.ResultsLeft left -> left.keys().size() * REF;
          default -> REF;
        };
  }
}
