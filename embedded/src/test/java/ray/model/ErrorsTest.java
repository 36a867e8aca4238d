package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ErrorCode;
import ray.GetTimeoutException;
import ray.ObjectRef;
import ray.Ray;
import ray.RayException;
import ray.TaskFailedException;

/** A user's exception is the result: its own type where it is unchecked, with both stacks. */
@Timeout(60)
class ErrorsTest {
  static final class TeapotException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int degrees;

    TeapotException(String message, int degrees, Throwable cause) {
      super(message, cause);
      this.degrees = degrees;
    }
  }

  static int unchecked(int x) {
    return deeper(x);
  }

  static int deeper(int x) {
    throw new TeapotException("short and stout", x, new IOException("no tea"));
  }

  static int checked(String file) throws IOException {
    throw new IOException("no file " + file);
  }

  static int fatal() {
    throw new AssertionError("must not be");
  }

  static int outer(int x) {
    return Ray.remote(ErrorsTest::unchecked).remote(x).get();
  }

  static int waitsTooBriefly(List<ObjectRef<Void>> refs) {
    refs.getFirst().get(java.time.Duration.ofMillis(5));
    return 1;
  }

  static int failsUntil(Notes notes, int times) {
    notes.add("attempt " + Ray.context().attempt());
    if (notes.count() < times) {
      throw new IllegalStateException("attempt " + notes.count());
    }
    return notes.count();
  }

  @Test
  void uncheckedExceptionIsThrownAsItIs() throws Exception {
    TestRay.with(ray -> {
      Throwable thrown = catchThrowable(Ray.remote(ErrorsTest::unchecked).remote(95)::get);
      assertThat(thrown).isExactlyInstanceOf(TeapotException.class).hasMessage("short and stout");
      assertThat(((TeapotException) thrown).degrees).isEqualTo(95);
      assertThat(thrown).cause().isInstanceOf(IOException.class).hasMessage("no tea");
    });
  }

  @Test
  void stackHasTheRemoteFramesThenTheCallers() throws Exception {
    TestRay.with(ray -> {
      Throwable thrown =
          catchThrowable(() -> callFromHere(Ray.remote(ErrorsTest::unchecked).remote(1)));
      List<String> methods =
          Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getMethodName).toList();
      assertThat(methods).containsSubsequence("deeper", "unchecked", "callFromHere");
      assertThat(thrown.getStackTrace())
          .noneMatch(frame -> frame.getClassName().startsWith("ray.runtime."));
      assertThat(thrown).hasStackTraceContaining("task ErrorsTest.unchecked");
    });
  }

  private static int callFromHere(ObjectRef<Integer> ref) {
    return ref.get();
  }

  @Test
  void stackOfNestedTasksNamesThemAll() throws Exception {
    TestRay.with(ray ->
        assertThatThrownBy(() -> callFromHere(Ray.remote(ErrorsTest::outer).remote(1)))
            .isInstanceOf(TeapotException.class)
            .hasStackTraceContaining("ErrorsTest.deeper")
            .hasStackTraceContaining("ErrorsTest.outer")
            .hasStackTraceContaining("ErrorsTest.callFromHere"));
  }

  @Test
  void exceptionMadeByRayInATaskKeepsTheTasksFrames() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Void> held = Ray.remote((Gate g) -> g.pass()).remote(gate);
      ObjectRef<Integer> late = Ray.remote(ErrorsTest::waitsTooBriefly).remote(List.of(held));
      assertThatThrownBy(late::get)
          .isInstanceOf(GetTimeoutException.class)
          .hasStackTraceContaining("ErrorsTest.waitsTooBriefly");
      gate.open();
    });
  }

  @Test
  void eachReaderGetsAnExceptionOfItsOwn() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> ref = Ray.remote(ErrorsTest::unchecked).remote(1);
      assertThat(catchThrowable(ref::get)).isNotSameAs(catchThrowable(ref::get));
    });
  }

  @Test
  void checkedExceptionIsTheCause() throws Exception {
    TestRay.with(ray ->
        assertThatThrownBy(Ray.remote(ErrorsTest::checked).remote("a.txt")::get)
            .isInstanceOf(TaskFailedException.class)
            .hasMessageContaining("ErrorsTest.checked")
            .hasCauseInstanceOf(IOException.class)
            .hasRootCauseMessage("no file a.txt")
            .hasStackTraceContaining("ErrorsTest.checked"));
  }

  @Test
  void errorsAreThrownToo() throws Exception {
    TestRay.with(ray ->
        assertThatThrownBy(Ray.remote(ErrorsTest::fatal).remote()::get)
            .isInstanceOf(AssertionError.class)
            .hasMessage("must not be"));
  }

  @Test
  void dependantsFailWithTheSameCause() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> broken = Ray.remote(ErrorsTest::unchecked).remote(7);
      ObjectRef<Integer> next = Ray.remote((Integer x) -> x + 1).remote(broken);
      ObjectRef<Integer> last = Ray.remote((Integer x) -> x + 1).remote(next);
      assertThatThrownBy(last::get)
          .isInstanceOf(TeapotException.class)
          .hasStackTraceContaining("ErrorsTest.deeper");
      assertThatThrownBy(() -> Ray.get(List.of(Ray.put(1), last)))
          .isInstanceOf(TeapotException.class);
    });
  }

  @Test
  void exceptionThatCannotTravelIsDescribed() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> ref =
          Ray.remote(
                  (Integer x) -> {
                    if (x > 0) {
                      throw new IllegalStateException("holds a thread") {
                        final Thread held = Thread.currentThread();
                      };
                    }
                    return x;
                  })
              .remote(1);
      assertThatThrownBy(ref::get).hasStackTraceContaining("holds a thread");
    });
  }

  @Test
  void futureFailsAsTheRefDoes() throws Exception {
    TestRay.with(ray ->
        assertThatThrownBy(() -> Ray.remote(ErrorsTest::unchecked).remote(1).toFuture().get())
            .hasCauseInstanceOf(TeapotException.class));
  }

  @Test
  void listedExceptionsAreRetriedOthersAreNot() throws Exception {
    TestRay.with(ray -> {
      Notes notes = Notes.empty();
      assertThat(
              Ray.remote(ErrorsTest::failsUntil)
                  .retries(5, IllegalStateException.class)
                  .remote(notes, 3)
                  .get(TestRay.PATIENCE))
          .isEqualTo(3);
      assertThat(notes.all()).containsExactly("attempt 1", "attempt 2", "attempt 3");

      Notes usedUp = Notes.empty();
      assertThatThrownBy(() ->
              Ray.remote(ErrorsTest::failsUntil)
                  .retries(2, IllegalStateException.class)
                  .remote(usedUp, 10)
                  .get(TestRay.PATIENCE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("attempt 3");

      Notes others = Notes.empty();
      assertThatThrownBy(() ->
              Ray.remote(ErrorsTest::failsUntil)
                  .retries(5, IOException.class)
                  .remote(others, 10)
                  .get(TestRay.PATIENCE))
          .isInstanceOf(IllegalStateException.class);
      assertThat(others.count()).isEqualTo(1);

      Notes none = Notes.empty();
      assertThatThrownBy(
              () -> Ray.remote(ErrorsTest::failsUntil).remote(none, 10).get(TestRay.PATIENCE))
          .isInstanceOf(IllegalStateException.class);
      assertThat(none.count()).isEqualTo(1);
    });
  }

  @Test
  void oneHierarchyWithACodeForEachFailure() {
    List<Class<? extends RayException>> all =
        List.of(
            TaskFailedException.class,
            ray.TaskCancelledException.class,
            ray.TaskTimeoutException.class,
            GetTimeoutException.class,
            ray.ActorDiedException.class,
            ray.PendingCallsExceededException.class,
            ray.OwnerDiedException.class,
            ray.WorkerDiedException.class,
            ray.ObjectLostException.class,
            ray.OutOfStoreMemoryException.class,
            ray.OutOfResourcesException.class,
            ray.OutOfMemoryException.class,
            ray.NotSerializableException.class,
            ray.AliasCycleException.class,
            ray.WrongReturnCountException.class,
            ray.RayStateException.class);
    assertThat(all).hasSameSizeAs(ErrorCode.values());
    assertThat(all).allSatisfy(type -> assertThat(RayException.class).isAssignableFrom(type));
  }
}
