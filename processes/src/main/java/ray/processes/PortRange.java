package ray.processes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ray.wire.socket.WorkerPorts;

/**
 * At which ports workers may listen for programs of other machines, as one says it to a node that
 * starts.
 *
 * @param low the first; 0: the system chooses
 * @param high the last; less than the first: none
 */
public record PortRange(int low, int high) {
  private static final int LAST_PORT = 65_535;
  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})-(\\d{1,5})");

  /** Any that is free. */
  public static final PortRange ANY = new PortRange(0, 0);

  /** None: then such programs have the node's port alone. */
  public static final PortRange NONE = new PortRange(1, 0);

  /**
   * Reads {@code any}, {@code none}, or a range such as {@code 20000-20099}.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static PortRange parse(String text) {
    Matcher range = RANGE.matcher(text);
    if (text.equals("any")) {
      return ANY;
    }
    if (text.equals("none")) {
      return NONE;
    }
    if (range.matches()) {
      PortRange ports =
          new PortRange(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)));
      if (ports.low > 0 && ports.low <= ports.high && ports.high <= LAST_PORT) {
        return ports;
      }
    }
    throw new IllegalArgumentException(
        "ports must be any, none, or a range such as 20000-20099, not " + text);
  }

  @Override
  public String toString() {
    return equals(ANY) ? "any" : high < low ? "none" : low + "-" + high;
  }

  WorkerPorts forWorkers() {
    return new WorkerPorts(low, high);
  }
}
