package ray.runtime;

/**
 * Makes the runtime's own threads: platform threads that do not keep the JVM alive, in the JVM's
 * top thread group, because whoever starts Ray may wait for the threads of its own group, as JShell
 * does.
 */
final class RayThreads {
  private RayThreads() {}

  static Thread unstarted(String name, Runnable work) {
    return Thread.ofPlatform().daemon().name(name).group(top()).unstarted(work);
  }

  private static ThreadGroup top() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }
}
