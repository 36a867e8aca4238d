package ray.simulator.coverage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

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
  private final Set<Entry> needed = new HashSet<>();

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

  /** Whether a line that was not reached need not be, or all of the method that it is in. */
  boolean has(String file, String method, String text) {
    boolean found = false;
    for (Entry entry : entries) {
      if (entry.file().equals(file)
          && (entry.text().equals(METHOD + method)
              || !text.isEmpty() && text.contains(entry.text()))) {
        needed.add(entry);
        found = true;
      }
    }
    return found;
  }

  /** Entries that explain nothing: what they name was reached. */
  List<String> unneeded() {
    return entries.stream()
        .filter(entry -> !needed.contains(entry))
        .map(entry -> entry.file() + " " + entry.text())
        .toList();
  }
}
