package ray.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a command lists, for people and for programs.
 *
 * @param entries what is listed
 * @param total how many there are
 * @param notes what is missing, and why
 * @param table the columns for people
 * @param fields the fields for programs, whose names stay
 */
record Listing<T>(
    List<T> entries,
    long total,
    List<String> notes,
    Table<T> table,
    Function<T, Map<String, ?>> fields) {

  /** Prints it: on {@code out} what is listed alone, on {@code err} what is to be said of it. */
  void print(PrintWriter out, PrintWriter err, boolean json, String what) {
    if (json) {
      Json.printArray(out, entries.stream().map(fields).toList());
    } else if (entries.isEmpty()) {
      out.println("There are no " + what + ".");
    } else {
      table.print(out, entries, "", Terminal.width());
    }
    if (total > entries.size()) {
      err.println(
          "These are " + entries.size() + " of " + total + "; --limit N shows as many as it says.");
    }
    notes.forEach(err::println);
  }
}
