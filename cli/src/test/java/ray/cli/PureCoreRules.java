package ray.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Serializable;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What keeps a core a pure state machine, which a simulator can run and replay: no threads, no
 * locks, no files, no sockets, no clock, no unseeded randomness. Time and seeds come in with
 * events.
 */
final class PureCoreRules {
  private static final Set<String> PACKAGES =
      Set.of(
          "java.lang",
          "java.lang.annotation",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.math",
          "java.time",
          "java.util",
          "java.util.function",
          "java.util.stream",
          "org.jspecify.annotations");

  private static final Set<Class<?>> IMPURE_CLASSES =
      Set.of(
          Thread.class,
          ThreadLocal.class,
          InheritableThreadLocal.class,
          Process.class,
          ProcessBuilder.class,
          Runtime.class,
          Timer.class,
          TimerTask.class);

  private static final Set<String> WAITS = Set.of("wait", "notify", "notifyAll");

  private PureCoreRules() {}

  /** The rules, for the cores in {@code packages}. */
  static List<ArchRule> rules(String packages) {
    return List.of(
        classes()
            .that()
            .resideInAPackage(packages)
            .should()
            .onlyDependOnClassesThat(
                describe("do no I/O and know no threads", PureCoreRules::isPure))
            .because("a core does no I/O, starts no thread and takes no lock: its shell does"),
        noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage(packages)
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED)
            .because("a core takes no lock: its shell does"),
        noClasses()
            .that()
            .resideInAPackage(packages)
            .should()
            .accessTargetWhere(reads("read a clock or the environment", PureCoreRules::isAmbient))
            .because("a core gets the time with each event, so that a run can be replayed"),
        noClasses()
            .that()
            .resideInAPackage(packages)
            .should()
            .accessTargetWhere(reads("are random without a seed", PureCoreRules::isUnseeded))
            .because(
                "a core draws from a generator that it was given, so that a run can be replayed"));
  }

  private static DescribedPredicate<JavaAccess<?>> reads(
      String what, Predicate<JavaAccess<?>> accesses) {
    return describe(what, accesses);
  }

  private static boolean isPure(JavaClass type) {
    JavaClass element = type.getBaseComponentType();
    boolean ray = element.getPackageName().matches("ray(\\..*)?");
    boolean allowed =
        element.isPrimitive()
            || PACKAGES.contains(element.getPackageName())
            || element.isEquivalentTo(Serializable.class);
    return ray || (allowed && IMPURE_CLASSES.stream().noneMatch(element::isEquivalentTo));
  }

  private static boolean isAmbient(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String name = access.getName();
    boolean system =
        owner.isEquivalentTo(System.class)
            && !name.equals("arraycopy")
            && !name.equals("identityHashCode");
    boolean now = owner.getPackageName().equals("java.time") && name.matches("now|system.*|tick.*");
    boolean waits = owner.isEquivalentTo(Object.class) && WAITS.contains(name);
    return system || now || waits;
  }

  private static boolean isUnseeded(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    boolean generator =
        owner.isEquivalentTo(Random.class) || owner.isEquivalentTo(SplittableRandom.class);
    boolean noSeed =
        generator
            && access.getName().equals("<init>")
            && access.getTarget().getFullName().endsWith("<init>()");
    boolean math = owner.isEquivalentTo(Math.class) || owner.isEquivalentTo(StrictMath.class);
    return noSeed
        || (math && access.getName().equals("random"))
        || (owner.isEquivalentTo(UUID.class) && access.getName().equals("randomUUID"));
  }
}
