package ray.cli;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Puts methods in the place of what the JVM would make of its own when it is first used: a switch
 * over types, {@code equals} and {@code hashCode} of a record. The JDK's AOT cache keeps lambdas
 * and joined strings as they were linked, but not these (JDK 25), and each of them takes a JVM that
 * has just started a millisecond or several.
 *
 * <p>The methods do the same: see {@link java.lang.runtime.SwitchBootstraps#typeSwitch} and {@link
 * java.lang.runtime.ObjectMethods}.
 */
final class PlainLinks implements ClassTransform {
  private static final ClassDesc SWITCH_BOOTSTRAPS =
      ClassDesc.of("java.lang.runtime.SwitchBootstraps");
  private static final ClassDesc OBJECT_METHODS = ClassDesc.of("java.lang.runtime.ObjectMethods");
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");
  private static final MethodTypeDesc EQUALS = MethodTypeDesc.of(CD_boolean, CD_Object, CD_Object);
  private static final MethodTypeDesc HASH_CODE = MethodTypeDesc.of(CD_int, CD_Object);
  private static final String PREFIX = "ray$linked$";
  private static final int FACTOR = 31;

  private final ClassDesc owner;
  private final boolean isInterface;
  private final List<Method> methods = new ArrayList<>();

  /** A method to be added. */
  private record Method(String name, MethodTypeDesc type, Consumer<CodeBuilder> code) {}

  private PlainLinks(ClassModel model) {
    this.owner = model.thisClass().asSymbol();
    this.isInterface = model.flags().has(AccessFlag.INTERFACE);
  }

  /** Whether it changes something of a class. */
  static boolean changes(ClassModel model) {
    return model.methods().stream().anyMatch(PlainLinks::changes);
  }

  private static boolean changes(MethodModel method) {
    return method.code().stream().flatMap(CodeModel::elementStream).anyMatch(PlainLinks::isKnown);
  }

  /** The same class with methods in the place of what would be linked. */
  static byte[] apply(ClassFile classFiles, ClassModel model) {
    var links = new PlainLinks(model);
    return classFiles.transformClass(
        model,
        ClassTransform.transformingMethodBodies(PlainLinks::changes, links::replace)
            .andThen(links));
  }

  @Override
  public void accept(ClassBuilder builder, ClassElement element) {
    builder.with(element);
  }

  @Override
  public void atEnd(ClassBuilder builder) {
    for (Method method : methods) {
      builder.withMethodBody(
          method.name(),
          method.type(),
          ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
          method.code());
    }
  }

  private static boolean isKnown(CodeElement element) {
    return element instanceof InvokeDynamicInstruction link
        && (isTypeSwitch(link) || isRecordMethod(link));
  }

  private static boolean isTypeSwitch(InvokeDynamicInstruction link) {
    return link.bootstrapMethod().owner().equals(SWITCH_BOOTSTRAPS)
        && link.bootstrapMethod().methodName().equals("typeSwitch")
        && link.bootstrapArgs().stream().allMatch(ClassDesc.class::isInstance);
  }

  private static boolean isRecordMethod(InvokeDynamicInstruction link) {
    String name = link.name().stringValue();
    return link.bootstrapMethod().owner().equals(OBJECT_METHODS)
        && (name.equals("equals") || name.equals("hashCode"));
  }

  private void replace(CodeBuilder builder, CodeElement element) {
    if (!isKnown(element)) {
      builder.with(element);
      return;
    }
    var link = (InvokeDynamicInstruction) element;
    MethodTypeDesc type = link.typeSymbol();
    String name = PREFIX + link.name().stringValue() + methods.size();
    List<ConstantDesc> arguments = link.bootstrapArgs();
    methods.add(
        new Method(
            name,
            type,
            switch (link.name().stringValue()) {
              case "equals" -> code -> equals(code, fields(arguments));
              case "hashCode" -> code -> hashCode(code, fields(arguments));
              default -> code -> typeSwitch(code, arguments);
            }));
    builder.invokestatic(owner, name, type, isInterface);
  }

  /** {@code int (T value, int first)}: the first label from there on that fits. */
  private static void typeSwitch(CodeBuilder code, List<ConstantDesc> labels) {
    Label isThere = code.newLabel();
    code.aload(0).ifnonnull(isThere).iconst_m1().ireturn().labelBinding(isThere);
    for (int i = 0; i < labels.size(); i++) {
      Label next = code.newLabel();
      code.iload(1).loadConstant(i).if_icmpgt(next);
      code.aload(0).instanceOf((ClassDesc) labels.get(i)).ifeq(next);
      code.loadConstant(i).ireturn().labelBinding(next);
    }
    code.loadConstant(labels.size()).ireturn();
  }

  private static List<DirectMethodHandleDesc> fields(List<ConstantDesc> arguments) {
    return arguments.stream()
        .skip(2) // the record's class, and the names
        .map(DirectMethodHandleDesc.class::cast)
        .toList();
  }

  private void load(CodeBuilder code, int local, DirectMethodHandleDesc field) {
    code.aload(local).getfield(owner, field.methodName(), type(field));
  }

  private static ClassDesc type(DirectMethodHandleDesc field) {
    return field.invocationType().returnType();
  }

  /** {@code boolean (R one, Object other)}. */
  private void equals(CodeBuilder code, List<DirectMethodHandleDesc> fields) {
    Label differ = code.newLabel();
    Label rightType = code.newLabel();
    code.aload(1).instanceOf(owner).ifne(rightType).goto_(differ).labelBinding(rightType);
    code.aload(1).checkcast(owner).astore(2);
    for (DirectMethodHandleDesc field : fields) {
      load(code, 0, field);
      load(code, 2, field);
      compare(code, type(field), differ);
    }
    code.iconst_1().ireturn().labelBinding(differ).iconst_0().ireturn();
  }

  private static void compare(CodeBuilder code, ClassDesc type, Label differ) {
    switch (TypeKind.from(type)) {
      case REFERENCE -> code.invokestatic(OBJECTS, "equals", EQUALS).ifeq(differ);
      case LONG -> code.lcmp().ifne(differ);
      case FLOAT, DOUBLE -> {
        ClassDesc box = box(type);
        code.invokestatic(box, "compare", MethodTypeDesc.of(CD_int, type, type)).ifne(differ);
      }
      case BOOLEAN, BYTE, CHAR, SHORT, INT -> code.if_icmpne(differ);
      case VOID -> throw new IllegalArgumentException("a field of type void");
    }
  }

  /** {@code int (R one)}. */
  private void hashCode(CodeBuilder code, List<DirectMethodHandleDesc> fields) {
    code.iconst_0();
    for (DirectMethodHandleDesc field : fields) {
      code.loadConstant(FACTOR).imul();
      load(code, 0, field);
      ClassDesc type = type(field);
      if (type.isPrimitive()) {
        code.invokestatic(box(type), "hashCode", MethodTypeDesc.of(CD_int, type));
      } else {
        code.invokestatic(OBJECTS, "hashCode", HASH_CODE);
      }
      code.iadd();
    }
    code.ireturn();
  }

  private static ClassDesc box(ClassDesc primitive) {
    return MethodType.fromMethodDescriptorString("()" + primitive.descriptorString(), null)
        .wrap()
        .returnType()
        .describeConstable()
        .orElseThrow();
  }
}
