package ray.examples.imagenet.image;

/**
 * The lines of an image, of which only the latest are there: as many as a filter needs for one line
 * of its output, and a block more. A line is where one was that came so many lines before it. Not
 * thread-safe.
 */
final class LineWindow {
  private final int length;
  private int[][] kept = {};
  private int[][] lines = {};

  /** Lines of this length. */
  LineWindow(int length) {
    this.length = length;
  }

  /**
   * Makes room for as many lines, for a filter of as many taps, which may reach beyond the last:
   * its weights are 0 there.
   */
  void makeRoom(int count, int taps) {
    int needed = taps + Lines.BLOCK;
    if (kept.length < needed) {
      kept = new int[needed][length];
      lines = new int[0][];
    }
    if (lines.length < count + needed) {
      lines = new int[count + needed][];
      for (int i = 0; i < lines.length; i++) {
        lines[i] = kept[i % kept.length];
      }
    }
  }

  /** All lines; those that have given way to others hold these. */
  int[][] lines() {
    return lines;
  }

  /** Lets the memory go. */
  void drop() {
    kept = new int[0][];
    lines = new int[0][];
  }
}
