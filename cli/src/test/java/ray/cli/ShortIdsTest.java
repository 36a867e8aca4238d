package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import ray.ObjectId;

class ShortIdsTest {
  private static final long A = 0x1234567890abcdefL;
  private static final long LIKE_A = 0x1234567890000000L;
  private static final long B = 0xfedcba0987654321L;

  @Test
  void idsAreCutToSixDigitsWhereThatTellsThemApart() {
    ShortIds ids = new ShortIds(List.of(A, B, B));

    assertThat(ids.of(A)).isEqualTo("123456");
    assertThat(ids.of(B)).isEqualTo("fedcba");
    assertThat(ids.of(new ObjectId(A, 0x1f))).isEqualTo("123456-1f");
    assertThat(ids.of(new ObjectId(A, -2))).isEqualTo("123456-actor-2");
  }

  @Test
  void idsThatAreAlikeKeepAsManyDigitsAsTellThemApart() {
    ShortIds ids = new ShortIds(List.of(A, LIKE_A));

    assertThat(ids.of(A)).isEqualTo("1234567890a");
    assertThat(ids.of(LIKE_A)).isEqualTo("12345678900");
  }

  @Test
  void anIdThatIsNotKnownIsShownWhole() {
    assertThat(new ShortIds(List.of()).of(A)).isEqualTo("1234567890abcdef");
  }

  @Test
  void whatIsShownMeansTheIdAgain() {
    ObjectId object = new ObjectId(A, 0x1f);
    ObjectId actor = new ObjectId(A, -0x1f);

    assertThat(ShortIds.means("123456-1f", object)).isTrue();
    assertThat(ShortIds.means("1234567890ABCDEF-1f", object)).isTrue();
    assertThat(ShortIds.means("123456-actor-1f", actor)).isTrue();
    assertThat(ShortIds.means("123456-1f", actor)).isFalse();
    assertThat(ShortIds.means("123456-f", object)).isFalse();
    assertThat(ShortIds.means("12345-1f", object)).isFalse();
    assertThat(ShortIds.means("-1f", object)).isFalse();
    assertThat(ShortIds.means("123457-1f", object)).isFalse();
    assertThat(ShortIds.means("123456", A)).isTrue();
    assertThat(ShortIds.means("12345", A)).isFalse();
  }
}
