package ray.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StoreLimitsTest {
  @Test
  void theSmallestStoreHoldsOneCacheLineAndLetsNobodyWait() {
    var effects = new RecordedEffects();
    var store = new StoreCore(new StoreLimits(64, 64, 0), effects);
    store.create(1, 64, 1, 0, 100);
    store.create(2, 64, 1, 0, 100);
    assertThat(effects.created).containsExactly(1L);
    assertThat(effects.failure(2)).isEqualTo(new CreateFailure.TooManyWaiting(0));
  }

  @Test
  void smallerOnesAreRefused() {
    assertRefused(63, 64, 0, "at least 64 bytes, not 63");
    assertRefused(64, 63, 0, "a bank cannot be of 63 bytes");
    assertRefused(64, 64, -1, "maxWaitingCreates is -1");
  }

  private static void assertRefused(long capacity, long maxBank, int maxWaiting, String message) {
    assertThatThrownBy(() -> new StoreLimits(capacity, maxBank, maxWaiting))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
