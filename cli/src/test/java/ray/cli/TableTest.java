package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private record Row(String id, int count, String text) {}

  private static List<String> print(int width, Row... rows) {
    StringWriter out = new StringWriter();
    new Table<Row>()
        .whole("ID", Row::id)
        .number("N", row -> "" + row.count())
        .text("TEXT", Row::text)
        .print(new PrintWriter(out, true), List.of(rows), " ", width);
    return out.toString().lines().toList();
  }

  @Test
  void columnsAreAsWideAsTheyNeedToBe() {
    assertThat(print(100, new Row("a", 5, "some words"), new Row("bcd", 1234, "")))
        .containsExactly(
            " ID      N  TEXT", //
            " a       5  some words",
            " bcd  1234");
  }

  @Test
  void textIsCutWhereLinesWouldBeTooLongAndIdsNever() {
    List<String> lines =
        print(30, new Row("0123456789", 1, "a text that is far too long for this"));

    assertThat(lines.get(1)).isEqualTo(" 0123456789  1  a text that i…").hasSize(30);
    assertThat(print(5, new Row("0123456789", 1, "a text that is long")).get(1))
        .isEqualTo(" 0123456789  1  a text …");
  }

  @Test
  void onlyTheFirstLineOfATextIsShown() {
    assertThat(print(100, new Row("a", 1, "first\nsecond")).get(1)).isEqualTo(" a   1  first");
  }
}
