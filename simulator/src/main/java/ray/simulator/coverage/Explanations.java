package ray.simulator.coverage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What no run is expected to reach, and why. They stand in a file: a reason behind {@code #}, then
 * what it explains, a line each: the name of a source file and a piece of a line in it, or the name
 * of the file and of a method in it.
 */
final class Explanations {
  /** What stands for all of a method in place of a line's text. */
  static final String METHOD = "method ";

  /** One entry: where, and a piece of the line or which method it is. */
  record Entry(String file, String text) {}

  private final List<Entry> entries;

  private Explanations(List<Entry> entries) {
    this.entries = entries;
  }

  /** Those of the simulator. */
  static Explanations read() {
    try (InputStream file =
            Objects.requireNonNull(Explanations.class.getResourceAsStream("unreached.txt"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      return of(lines.lines().toList());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static Explanations of(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      int end = line.indexOf(' ');
      if (!line.startsWith("#") && end > 0) {
        entries.add(new Entry(line.substring(0, end), line.substring(end).strip()));
      }
    }
    return new Explanations(entries);
  }

  List<Entry> entries() {
    return entries;
  }

  /** Whether a line, or all of the method that it is in, need not be reached. */
  boolean has(String file, String method, String text) {
    for (Entry entry : entries) {
      if (entry.file().equals(file)
          && (entry.text().equals(METHOD + method)
              || !text.isEmpty() && text.contains(entry.text()))) {
        return true;
      }
    }
    return false;
  }
}
