package ray.runtime.serialization;

/** Names of classes as a person would say them. */
final class ClassNames {
  private static final String LAMBDA_MARK = "$$Lambda";

  private ClassNames() {}

  /** The full name, with nesting as dots and without the suffix of hidden classes. */
  static String readable(Class<?> type) {
    if (isLambda(type)) {
      return "a lambda in " + lambdaOwner(type);
    }
    String canonical = type.getCanonicalName();
    return canonical != null ? canonical : stripHidden(type.getName());
  }

  /** The name without its package. */
  static String simple(Class<?> type) {
    if (isLambda(type)) {
      String owner = lambdaOwner(type);
      return "<lambda in " + owner.substring(owner.lastIndexOf('.') + 1) + ">";
    }
    if (type.isArray()) {
      return simple(type.componentType()) + "[]";
    }
    String name = stripHidden(type.getName());
    String withoutPackage = name.substring(name.lastIndexOf('.') + 1);
    String simple = type.getSimpleName();
    return simple.isEmpty() || type.isHidden() ? withoutPackage : simple;
  }

  static boolean isLambda(Class<?> type) {
    return type.isHidden() && type.isSynthetic() && type.getName().contains(LAMBDA_MARK);
  }

  private static String lambdaOwner(Class<?> type) {
    return type.getName().substring(0, type.getName().indexOf(LAMBDA_MARK)).replace('$', '.');
  }

  private static String stripHidden(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }
}
