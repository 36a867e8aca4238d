package ray.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The messages say what happened and what to do about it. */
class CreateFailureTest {
  @Test
  void aKeyInUseIsNamed() {
    assertThat(new CreateFailure.KeyInUse(7).message()).contains("already has", "key 7");
  }

  @Test
  void whatFitsInNoBankIsToBeSplit() {
    assertThat(new CreateFailure.TooLarge(2000, 1024, 2048).message())
        .contains("2,000 bytes", "1,024 bytes", "split the value into several")
        .doesNotContain("more memory");
  }

  @Test
  void whatFitsInNoStoreNeedsMoreMemory() {
    assertThat(new CreateFailure.TooLarge(2000, 1024, 1024).message())
        .contains("Give the store more memory");
  }

  @Test
  void whatHasTimedOutSaysHowLongItHasWaitedAndForWhom() {
    var holder = new Holder(0xab, 3, 5000, 4000, 1000);
    assertThat(
            new CreateFailure.TimedOut(100, 1_500_000_000, 6400, 6000, 64, 2, List.of(holder))
                .message())
        .contains(
            "100 bytes within 1.5 s",
            "6,000 of 6,400 bytes",
            "range has 64 bytes",
            "2 creates wait",
            "Process ab keeps 5,000 bytes in 3 objects (4,000 owned, 1,000 in views)");
  }

  @Test
  void aCrowdedStoreSaysHowManyWait() {
    assertThat(new CreateFailure.TooManyWaiting(1000).message())
        .contains("1,000 creates wait for room already");
  }

  @Test
  void whatWasGivenUpSaysWhoGaveItUp() {
    assertThat(new CreateFailure.Cancelled().message()).contains("was cancelled");
    assertThat(new CreateFailure.ProcessDied(0xab).message()).contains("Process ab died");
  }
}
