package ray.simulator.coverage;

/**
 * Something of a core that no seed has reached.
 *
 * @param file its source, below {@code ray/core}
 * @param line where in it
 * @param text what stands there; empty if the source is not at hand
 * @param what what of it was not reached
 */
public record Gap(String file, int line, String text, What what) implements Comparable<Gap> {
  /** What was not reached. */
  public enum What {
    /** All of a method. */
    METHOD("never called"),
    /** A line, and those behind it up to one that was. */
    LINE("never reached"),
    /** One of the ways on from a line, or more. */
    BRANCH("never one of its ways");

    private final String words;

    What(String words) {
      this.words = words;
    }
  }

  @Override
  public int compareTo(Gap other) {
    int byFile = file.compareTo(other.file);
    return byFile != 0 ? byFile : Integer.compare(line, other.line);
  }

  @Override
  public String toString() {
    return file + ":" + line + " " + what.words + ":  " + text;
  }
}
