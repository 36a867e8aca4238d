package ray.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Rows under headings, in columns as wide as they need to be. Where that is too wide for the
 * terminal, columns that may be cut are, the widest first, at their end, where {@code …} shows it.
 */
final class Table<T> {
  private static final String GAP = "  ";

  /** No column gets narrower than this by being cut. */
  private static final int LEAST = 8;

  private final List<Column<T>> columns = new ArrayList<>();

  private record Column<T>(String title, Function<T, String> cell, Kind kind) {}

  private enum Kind {
    /** Aligned to the right, never cut. */
    NUMBER,
    /** Never cut, as a part of it would say nothing. */
    WHOLE,
    /** May be cut. */
    TEXT
  }

  /** A column of numbers. */
  Table<T> number(String title, Function<T, String> cell) {
    columns.add(new Column<>(title, cell, Kind.NUMBER));
    return this;
  }

  /** A column that is never cut. */
  Table<T> whole(String title, Function<T, String> cell) {
    columns.add(new Column<>(title, cell, Kind.WHOLE));
    return this;
  }

  /** A column of text that may be cut. */
  Table<T> text(String title, Function<T, String> cell) {
    columns.add(new Column<>(title, cell, Kind.TEXT));
    return this;
  }

  /** Prints the rows, in lines of at most so many characters if that is possible. */
  void print(PrintWriter out, List<T> rows, String indent, int maxWidth) {
    List<String[]> lines = new ArrayList<>();
    lines.add(columns.stream().map(Column::title).toArray(String[]::new));
    for (T row : rows) {
      lines.add(columns.stream().map(c -> oneLine(c.cell().apply(row))).toArray(String[]::new));
    }
    int[] widths = new int[columns.size()];
    for (String[] line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    fit(widths, maxWidth - indent.length());
    for (String[] line : lines) {
      StringBuilder text = new StringBuilder(indent);
      for (int i = 0; i < widths.length; i++) {
        text.append(i == 0 ? "" : GAP).append(cell(line[i], widths[i], columns.get(i).kind()));
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static String oneLine(String text) {
    return text.lines().findFirst().orElse("").strip();
  }

  private void fit(int[] widths, int maxWidth) {
    int tooWide = Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1) - maxWidth;
    while (tooWide > 0) {
      int widest = -1;
      for (int i = 0; i < widths.length; i++) {
        if (columns.get(i).kind() == Kind.TEXT && (widest < 0 || widths[i] > widths[widest])) {
          widest = i;
        }
      }
      if (widest < 0 || widths[widest] <= LEAST) {
        return;
      }
      widths[widest]--;
      tooWide--;
    }
  }

  private static String cell(String text, int width, Kind kind) {
    String shown = text.length() <= width ? text : text.substring(0, width - 1) + "…";
    String space = " ".repeat(width - shown.length());
    return kind == Kind.NUMBER ? space + shown : shown + space;
  }
}
