package ray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is asked of the process that a task or an actor runs in. Tasks and actors of a program that
 * ask for nothing share workers, and so do those that ask for the same; a Ray embedded in the
 * program's own JVM has no other process, and says once that it can't heed this.
 *
 * @param isolated whether nothing else runs in that process meanwhile
 * @param jvmOptions options of its JVM, after those that the node gives to all workers
 * @param variables environment variables, beside those of the node
 * @param maxTasks after how many tasks the process ends, for another to take over; 0: after as many
 *     as the node allows
 */
public record RuntimeEnv(
    boolean isolated, List<String> jvmOptions, Map<String, String> variables, int maxTasks) {

  /** Asks for nothing. */
  public static final RuntimeEnv SHARED = new RuntimeEnv(false, List.of(), Map.of(), 0);

  /**
   * The option of a JVM that a debugger may attach to, at any port of the loopback interface. It
   * does not wait for one. Whoever can connect to that port can do what the process can.
   */
  public static final String DEBUG_OPTION =
      "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0,quiet=y";

  /** Such options would start another program than a worker. */
  private static final Pattern NOT_OPTIONS =
      Pattern.compile("-cp|-classpath|--class-path(=.*)?|-jar|-m|--module(=.*)?|@.*|[^-].*|-?");

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if something is no option of a JVM, or can't be given to a
   *     worker, or no name of a variable, or a number is negative
   */
  public RuntimeEnv {
    jvmOptions = List.copyOf(jvmOptions);
    variables = Map.copyOf(variables);
    if (maxTasks < 0) {
      throw new IllegalArgumentException("a process can't end after " + maxTasks + " tasks");
    }
    for (String option : jvmOptions) {
      if (NOT_OPTIONS.matcher(option).matches()) {
        throw new IllegalArgumentException(
            "'"
                + option
                + "' is no JVM option for a worker: give options such as -Xmx2g, one each");
      }
    }
    for (Map.Entry<String, String> each : variables.entrySet()) {
      if (!NAME.matcher(each.getKey()).matches() || each.getValue().indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "an environment variable can't be called '"
                + each.getKey()
                + "', or have that value: use letters, digits and _");
      }
    }
  }

  /** Whether nothing is asked for. */
  public boolean isShared() {
    return equals(SHARED);
  }

  /** The same in a process of its own. */
  public RuntimeEnv alone() {
    return isolated ? this : new RuntimeEnv(true, jvmOptions, variables, maxTasks);
  }

  /** The same with more JVM options. */
  public RuntimeEnv withJvmOptions(List<String> more) {
    List<String> all = new ArrayList<>(jvmOptions);
    all.addAll(more);
    return new RuntimeEnv(isolated, all, variables, maxTasks);
  }

  /** The same with one more environment variable, or another value for it. */
  public RuntimeEnv withVariable(String name, String value) {
    Map<String, String> all = new TreeMap<>(variables);
    all.put(name, value);
    return new RuntimeEnv(isolated, jvmOptions, all, maxTasks);
  }

  /** The same in processes that end after so many tasks. */
  public RuntimeEnv withMaxTasks(int changed) {
    OptionChecks.atLeastOne("maxCalls", changed);
    return new RuntimeEnv(isolated, jvmOptions, variables, changed);
  }
}
