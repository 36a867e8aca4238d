package ray.examples.imagenet;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far the work is: a bar that is redrawn on a terminal, a line every few seconds
 * elsewhere. How far it is goes by the bytes of the tars, as the number of images is known only at
 * the end. Thread-safe.
 */
final class Progress {
  /** More often can't be read, and costs time on slow terminals. */
  private static final long REDRAW_NS = Duration.ofMillis(100).toNanos();

  /** Often enough for a log, seldom enough not to fill it. */
  private static final long LINE_NS = Duration.ofSeconds(5).toNanos();

  private static final int BAR_WIDTH = 24;
  private static final String CLEAR_LINE = "\r\u001B[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier clockNs;
  private final long totalBytes;
  private final long startedNs;
  private long shownNs;
  private long images;
  private long bytes;
  private boolean barShown;
  private boolean finished;

  Progress(PrintWriter out, boolean terminal, LongSupplier clockNs, long totalBytes) {
    this.out = out;
    this.terminal = terminal;
    this.clockNs = clockNs;
    this.totalBytes = totalBytes;
    this.startedNs = clockNs.getAsLong();
    this.shownNs = startedNs;
  }

  /** Counts what has become ready. */
  synchronized void add(long newImages, long newBytes) {
    images += newImages;
    bytes = Math.min(totalBytes, bytes + newBytes);
    if (clockNs.getAsLong() - shownNs >= (terminal ? REDRAW_NS : LINE_NS)) {
      show();
    }
  }

  /** Prints a line of its own, above the bar. */
  synchronized void note(String line) {
    clear();
    out.println(line);
    out.flush();
  }

  /** Shows the last state, and ends the bar's line. */
  synchronized void finish() {
    if (!finished) {
      show();
      if (barShown) {
        out.println();
      }
      out.flush();
      barShown = false;
      finished = true;
    }
  }

  /** Removes the bar. Nothing is shown after it. */
  synchronized void abandon() {
    clear();
    out.flush();
    finished = true;
  }

  private void clear() {
    if (barShown) {
      out.print(CLEAR_LINE);
      barShown = false;
    }
  }

  private void show() {
    if (finished) {
      return;
    }
    shownNs = clockNs.getAsLong();
    if (terminal) {
      out.print(CLEAR_LINE + bar() + " " + text());
      barShown = true;
    } else {
      out.println(text());
    }
    out.flush();
  }

  private String bar() {
    int filled = (int) (BAR_WIDTH * fraction());
    return "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "]";
  }

  private String text() {
    return String.format(
        Locale.ROOT,
        "%3d%%  %,d images  %,.0f images/s  %s",
        (int) (100 * fraction()),
        images,
        imagesPerSecond(),
        timeLeft());
  }

  private double fraction() {
    return totalBytes == 0 ? 1 : (double) bytes / totalBytes;
  }

  private double elapsedSeconds() {
    return Math.max(1, clockNs.getAsLong() - startedNs) / 1e9;
  }

  synchronized double imagesPerSecond() {
    return images / elapsedSeconds();
  }

  private String timeLeft() {
    if (bytes >= totalBytes) {
      return "took " + clock(elapsedSeconds());
    }
    return bytes == 0
        ? "time left unknown"
        : clock(elapsedSeconds() * (totalBytes - bytes) / bytes) + " left";
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
