package ray.model;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** A test of what there is only where all of Ray is in one JVM; the others run on a node too. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(
    named = TestRay.IN_PROCESSES,
    matches = "true",
    disabledReason = "it is about one JVM")
@interface OneJvm {
  /** Why it can't be so on a node. */
  String value();
}
