package ray.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ray.cli.impure.ImpureCore;

/**
 * The arrows between the modules, and what the pure cores may touch. Maven's dependencies already
 * keep a module from seeing those above it; this keeps the dependencies themselves from growing
 * wrong arrows.
 */
class ArchitectureTest {
  private static final JavaClasses RAY =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("ray");

  private static final Pattern RAY_PACKAGE = Pattern.compile("ray\\.?(?<room>[^.]*)(\\..*)?");

  /**
   * A module and those that it may see. Its package has its name; the API has all that no other
   * has.
   */
  enum Module {
    API,
    CORE(API),
    SIMULATOR(API, CORE),
    WIRE(API, CORE),
    STORE(API, CORE),
    RUNTIME(API, CORE, WIRE, STORE),
    NODE(API, CORE, WIRE, STORE),
    CONTROL(API, CORE, WIRE, STORE),
    EMBEDDED(API, CORE, WIRE, STORE, RUNTIME, NODE, CONTROL),
    PROCESSES(API, CORE, WIRE, STORE, RUNTIME, NODE, CONTROL),
    JUNIT(API, EMBEDDED),
    EXAMPLES(API, EMBEDDED),
    BENCHMARKS(API, CORE, WIRE, STORE, RUNTIME, NODE, CONTROL, EMBEDDED, PROCESSES),
    CLI(API, SIMULATOR, EMBEDDED, PROCESSES, EXAMPLES, BENCHMARKS);

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<Module> seen;

    Module(Module... seen) {
      this.seen = Set.of(seen);
    }

    private boolean has(JavaClass type) {
      Matcher ray = RAY_PACKAGE.matcher(type.getPackageName());
      if (!ray.matches()) {
        return false;
      }
      String room = ray.group("room").toUpperCase(Locale.ROOT);
      boolean named = Arrays.stream(values()).anyMatch(module -> module.name().equals(room));
      return named ? name().equals(room) : this == API;
    }

    private DescribedPredicate<JavaClass> classes() {
      return DescribedPredicate.describe("are in " + this, this::has);
    }

    private DescribedPredicate<JavaClass> visible() {
      return DescribedPredicate.describe(
          "are in " + this + " or below it, in " + seen,
          type ->
              !RAY_PACKAGE.matcher(type.getPackageName()).matches()
                  || has(type)
                  || seen.stream().anyMatch(module -> module.has(type)));
    }
  }

  @ParameterizedTest
  @EnumSource(Module.class)
  void moduleSeesOnlyWhatStandsBelowIt(Module module) {
    ArchRule rule =
        classes()
            .that(module.classes())
            .should()
            .onlyDependOnClassesThat(module.visible())
            .because("arrows between modules run one way (see ARCHITECTURE.md)");

    rule.check(RAY);
  }

  @Test
  void coresArePure() {
    PureCoreRules.rules("ray.core..").forEach(rule -> rule.check(RAY));
  }

  @Test
  void impureCoreBreaksEveryRule() {
    JavaClasses impure = new ClassFileImporter().importClasses(ImpureCore.class);

    assertThat(PureCoreRules.rules("ray.cli.impure"))
        .isNotEmpty()
        .allSatisfy(rule ->
            assertThatThrownBy(() -> rule.check(impure)).isInstanceOf(AssertionError.class));
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(RAY)
        .filteredOn(type -> !type.getPackageName().endsWith(".jmh_generated"))
        .extracting(JavaClass::getPackage)
        .allSatisfy(group ->
            assertThat(group.isAnnotatedWith(NullMarked.class)).as(group.getName()).isTrue());
  }

  @Test
  void everyClassIsInOneModule() {
    assertThat(RAY)
        .allSatisfy(
            type -> assertThat(Module.values()).filteredOn(module -> module.has(type)).hasSize(1));
  }
}
