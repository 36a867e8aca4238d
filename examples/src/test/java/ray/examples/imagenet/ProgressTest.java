package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter text = new StringWriter();
  private long nowNs = 1_000;

  private Progress progress(boolean terminal, long totalBytes) {
    return new Progress(new PrintWriter(text), terminal, () -> nowNs, totalBytes);
  }

  private void pass(Duration time) {
    nowNs += time.toNanos();
  }

  @Test
  void onATerminalABarIsRedrawnInPlace() {
    Progress progress = progress(true, 1000);

    pass(Duration.ofSeconds(2));
    progress.add(50, 250);
    pass(Duration.ofSeconds(2));
    progress.add(50, 250);

    assertThat(text.toString())
        .isEqualTo(
            "\r\u001B[K[######..................]  25%  50 images  25 images/s  0:06 left"
                + "\r\u001B[K[############............]  50%  100 images  25 images/s  0:04 left");
  }

  @Test
  void theBarIsNotRedrawnMoreOftenThanItCanBeRead() {
    Progress progress = progress(true, 1_000_000);

    for (int i = 0; i < 1000; i++) {
      pass(Duration.ofMillis(1));
      progress.add(1, 1);
    }

    assertThat(text.toString().split("\r", -1)).hasSize(1 + 10);
  }

  @Test
  void elsewhereThereIsALineEveryFewSeconds() {
    Progress progress = progress(false, 1200);

    for (int second = 0; second < 11; second++) {
      pass(Duration.ofSeconds(1));
      progress.add(10, 100);
    }

    assertThat(text.toString().lines())
        .containsExactly(
            " 41%  50 images  10 images/s  0:07 left", " 83%  100 images  10 images/s  0:02 left");
  }

  @Test
  void notesStandAboveTheBar() {
    Progress progress = progress(true, 100);
    pass(Duration.ofSeconds(1));
    progress.add(1, 50);

    progress.note("truncated image: x");
    progress.finish();

    assertThat(text.toString())
        .contains("left\r\u001B[Ktruncated image: x\n\r\u001B[K[")
        .endsWith("0:01 left\n");
  }

  @Test
  void longTimesAreInHours() {
    Progress progress = progress(false, 1_000_000);
    pass(Duration.ofSeconds(10));
    progress.add(100, 1000);

    assertThat(text.toString()).contains("2:46:30 left");
  }

  @Test
  void nothingIsShownAfterTheEnd() {
    Progress progress = progress(true, 100);
    pass(Duration.ofSeconds(1));
    progress.add(1, 50);
    progress.abandon();
    String before = text.toString();

    progress.finish();

    assertThat(text.toString()).isEqualTo(before).endsWith("\r\u001B[K");
  }
}
