package ray.examples.imagenet;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints a line a class: its name, how many images it has, and its words. */
final class ClassTable {
  private static final String HEAD = "class";
  private static final String IMAGES = "images";

  private ClassTable() {}

  static void print(Tally tally, Synsets synsets, PrintWriter out) {
    int width = HEAD.length();
    for (String label : tally.imagesByClass().keySet()) {
      width = Math.max(width, label.length());
    }
    String format = "%-" + width + "s  %9s  %s";
    out.println(line(format, HEAD, IMAGES, "words"));
    tally
        .imagesByClass()
        .forEach((label, count) ->
            out.println(line(format, label, "%,d".formatted(count), synsets.of(label))));
    out.println(line(format, "total", "%,d".formatted(tally.images()), ""));
    tally
        .problemsByKind()
        .forEach(
            (kind, count) -> out.println(line(format, "", "%,d".formatted(count), kind.words())));
  }

  private static String line(String format, String label, String images, String words) {
    return String.format(Locale.ROOT, format, label, images, words).stripTrailing();
  }
}
