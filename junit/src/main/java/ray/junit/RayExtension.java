package ray.junit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import ray.RayInstance;

/**
 * Starts an instance of Ray for a test or a class as its {@link RayTest} says, binds the test's
 * thread to it for as long as the test's code runs, and closes it afterwards. {@link RayTest}
 * registers it; with {@code @ExtendWith} alone the defaults apply.
 *
 * <p>Safe for tests that run in parallel.
 */
public final class RayExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        InvocationInterceptor,
        ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(RayExtension.class);

  /** What an {@code @ExtendWith(RayExtension.class)} without {@link RayTest} means. */
  @RayTest
  private static final class Defaults {}

  /** For JUnit. */
  public RayExtension() {}

  // ---- the instance's life

  @Override
  public void beforeAll(ExtensionContext context) {
    Class<?> type = context.getRequiredTestClass();
    boolean nested = context.getParent().flatMap(ExtensionContext::getTestClass).isPresent();
    Optional<RayTest> own =
        nested
            ? AnnotationSupport.findAnnotation((AnnotatedElement) type, RayTest.class)
            : Optional.of(settings(context));
    own.filter(settings -> settings.lifecycle() == RayTest.Lifecycle.PER_CLASS)
        .ifPresent(settings -> start(context, settings));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    RayTest settings = settings(context);
    if (settings.lifecycle() == RayTest.Lifecycle.PER_METHOD) {
      start(context, settings);
    } else if (find(context) == null) {
      throw new ExtensionConfigurationException(
          "@RayTest(lifecycle = PER_CLASS) belongs on a class: "
              + context.getDisplayName()
              + " is a test of its own");
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    finish(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    finish(context);
  }

  private static void start(ExtensionContext context, RayTest settings) {
    context.getStore(NAMESPACE).put(TestInstance.class, TestInstance.start(context, settings));
  }

  /** Ends what this very context started, not what one around it did. */
  private static void finish(ExtensionContext context) {
    TestInstance instance = find(context);
    if (instance != null && instance.belongsTo(context)) {
      instance.finish(context.getExecutionException().isEmpty());
    }
  }

  private static @Nullable TestInstance find(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(TestInstance.class, TestInstance.class);
  }

  /**
   * The settings of a method, or else of its class, or of the nearest class around that has some.
   */
  private static RayTest settings(ExtensionContext context) {
    Optional<RayTest> onMethod =
        AnnotationSupport.findAnnotation(context.getTestMethod(), RayTest.class);
    if (onMethod.isPresent()) {
      return onMethod.get();
    }
    for (Class<?> type = context.getTestClass().orElse(null);
        type != null;
        type = Modifier.isStatic(type.getModifiers()) ? null : type.getEnclosingClass()) {
      Optional<RayTest> onClass =
          AnnotationSupport.findAnnotation((AnnotatedElement) type, RayTest.class);
      if (onClass.isPresent()) {
        return onClass.get();
      }
    }
    return Defaults.class.getAnnotation(RayTest.class);
  }

  // ---- parameters

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RayInstance.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestInstance instance = find(context);
    if (instance == null) {
      throw new ExtensionConfigurationException(
          "there is no Ray here yet, as each test has its own: take it as a parameter of the test"
              + " method or of a @BeforeEach method, or share one with @RayTest(lifecycle ="
              + " PER_CLASS)");
    }
    return instance.ray();
  }

  // ---- binding the thread

  private static <R extends @Nullable Object> R bound(
      InvocationInterceptor.Invocation<R> invocation, ExtensionContext context) throws Throwable {
    TestInstance instance = find(context);
    return instance == null ? invocation.proceed() : instance.call(invocation);
  }

  @Override
  public <T> T interceptTestClassConstructor(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Constructor<T>> reflection,
      ExtensionContext context)
      throws Throwable {
    return bound(invocation, context);
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }

  @Override
  public <T> T interceptTestFactoryMethod(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    return bound(invocation, context);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<@Nullable Void> invocation,
      DynamicTestInvocationContext dynamicTest,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }

  @Override
  public void interceptAfterAllMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> reflection,
      ExtensionContext context)
      throws Throwable {
    bound(invocation, context);
  }
}
