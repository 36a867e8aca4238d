package ray.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What is known of where the output goes. */
final class Terminal {
  private static final int UNLIMITED = 10_000;
  private static final int USUAL = 80;

  private Terminal() {}

  /**
   * How many characters a line may have: the terminal's width, or that of the variable {@code
   * COLUMNS}. What goes to a file or another program is not cut.
   */
  static int width() {
    if (!isOne()) {
      return UNLIMITED;
    }
    int given = number(System.getenv().getOrDefault("COLUMNS", ""));
    return given > 0 ? given : asked();
  }

  @SuppressWarnings("SystemConsoleNull") // the JDK's documentation allows null all the same
  private static boolean isOne() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static int asked() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size").redirectInput(ProcessBuilder.Redirect.INHERIT).start();
      String said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      stty.waitFor(1, TimeUnit.SECONDS);
      int columns = number(said.substring(said.indexOf(' ') + 1).strip());
      return columns > 0 ? columns : USUAL;
    } catch (IOException e) {
      return USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL;
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
