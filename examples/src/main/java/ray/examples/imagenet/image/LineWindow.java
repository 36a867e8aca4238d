package ray.examples.imagenet.image;

import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The lines of an image, of which only the latest are there: as many as a filter needs for one line
 * of its output, and a block more. A line is where one was that came so many lines before it. Not
 * thread-safe.
 *
 * @param <T> a line: an array of numbers
 */
final class LineWindow<T> {
  private final IntFunction<T[]> newLines;
  private final Supplier<T> newLine;
  private T[] kept;
  private T[] lines;

  private LineWindow(IntFunction<T[]> newLines, Supplier<T> newLine) {
    this.newLines = newLines;
    this.newLine = newLine;
    this.kept = newLines.apply(0);
    this.lines = newLines.apply(0);
  }

  /** Lines of so many whole numbers. */
  static LineWindow<int[]> ofInts(int length) {
    return new LineWindow<>(int[][]::new, () -> new int[length]);
  }

  /** Lines of so many numbers. */
  static LineWindow<float[]> ofFloats(int length) {
    return new LineWindow<>(float[][]::new, () -> new float[length]);
  }

  /**
   * Makes room for as many lines, for a filter of as many taps, which may reach beyond the last:
   * its weights are 0 there.
   */
  void makeRoom(int count, int taps) {
    int needed = taps + Lines.BLOCK;
    if (kept.length < needed) {
      kept = newLines.apply(needed);
      for (int i = 0; i < needed; i++) {
        kept[i] = newLine.get();
      }
      lines = newLines.apply(0);
    }
    if (lines.length < count + needed) {
      lines = newLines.apply(count + needed);
      for (int i = 0; i < lines.length; i++) {
        lines[i] = kept[i % kept.length];
      }
    }
  }

  /** All lines; those that have given way to others hold these. */
  T[] lines() {
    return lines;
  }

  /** Lets the memory go. */
  void drop() {
    kept = newLines.apply(0);
    lines = newLines.apply(0);
  }
}
