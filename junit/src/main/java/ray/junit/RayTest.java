package ray.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class, or one test, a Ray of its own, and says how it starts.
 *
 * <pre>{@code
 * @RayTest(cpus = 2)
 * class CounterTest {
 *   @Test
 *   void counts() {
 *     var counter = Ray.actor(Counter::new).remote();
 *     assertEquals(5, counter.call(Counter::add, 5).get());
 *   }
 * }
 * }</pre>
 *
 * <p>The static methods of {@link ray.Ray} go to the test's instance: in test methods, in {@code
 * BeforeEach} and {@code AfterEach} methods, and in whatever they call on the same thread. A
 * parameter of type {@link ray.RayInstance} gets it too; threads that a test starts reach it by
 * {@link ray.RayInstance#call}. It is independent of the JVM's default instance and of those of
 * other tests, so tests may run in parallel. After the test it is closed.
 *
 * <p>On a method it takes the place of the class's for that method. A {@code Nested} class uses
 * that of the class around it unless it has its own.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(RayExtension.class)
public @interface RayTest {
  /**
   * The object store's size unless told otherwise, in bytes: small, as many tests may run at once.
   */
  long DEFAULT_OBJECT_STORE_BYTES = 64L << 20;

  /** How long an instance lives. */
  enum Lifecycle {
    /** Each test has its own. */
    PER_METHOD,
    /**
     * All tests of the class share one, which is there for {@code BeforeAll} and {@code AfterAll}
     * methods too.
     */
    PER_CLASS
  }

  /** How many CPUs tasks may hold together; 0: as many as the machine has. */
  double cpus() default 0;

  /** The size of the object store, in bytes. */
  long objectStoreBytes() default DEFAULT_OBJECT_STORE_BYTES;

  /** How much memory tasks may ask for, in bytes; 0: the heap's limit. */
  long memoryBytes() default 0;

  /** Resources of the program's own, each as {@code name=amount}. */
  String[] resources() default {};

  /** Where names of actors are looked up; empty: the default namespace. */
  String namespace() default "";

  /** Whether every call runs at once in the caller's thread. */
  boolean serial() default false;

  /** Whether failures that the test does not ask for stay unreported. */
  boolean quiet() default false;

  /** How long an instance lives. */
  Lifecycle lifecycle() default Lifecycle.PER_METHOD;

  /**
   * Whether the test fails if objects are still held after it. Refs in local variables of a test
   * that has ended count as given up; those in fields of the test, in static fields or in an actor
   * that goes on do not. Objects remember where they were created, and the collector runs, so it
   * costs time.
   */
  boolean leakCheck() default false;
}
