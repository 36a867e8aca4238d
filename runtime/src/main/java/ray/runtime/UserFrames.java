package ray.runtime;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Stack traces without Ray's own frames, which say nothing of the program. */
final class UserFrames {
  private UserFrames() {}

  /**
   * Takes Ray's frames, and those below a task's run, out of an exception's stack trace, and of
   * those of its causes and of what it suppressed.
   */
  static void keepIn(Throwable thrown) {
    keepIn(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void keepIn(Throwable thrown, Set<Throwable> done) {
    for (Throwable each = thrown; each != null && done.add(each); each = each.getCause()) {
      each.setStackTrace(ofRun(each.getStackTrace()).toArray(new StackTraceElement[0]));
      for (Throwable suppressed : each.getSuppressed()) {
        keepIn(suppressed, done);
      }
    }
  }

  private static List<StackTraceElement> ofRun(StackTraceElement[] frames) {
    List<StackTraceElement> all = List.of(frames);
    for (int i = 0; i < frames.length; i++) {
      if (frames[i].getClassName().equals(TaskRunner.class.getName())) {
        return of(all.subList(0, i));
      }
    }
    return of(all);
  }

  /** All but Ray's own. */
  static List<StackTraceElement> of(List<StackTraceElement> frames) {
    return frames.stream().filter(frame -> !isRays(frame.getClassName())).toList();
  }

  private static boolean isRays(String className) {
    return className.startsWith("ray.runtime.")
        || className.startsWith("ray.function.")
        || className.startsWith("ray.embedded.")
        || className.startsWith("ray.spi.");
  }
}
