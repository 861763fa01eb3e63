package io.broadside.local;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Breaks a rule of the dispatcher in its compiled classes, so that the check of the rule can be checked. The product itself has no
 * switch that would do this.
 */
final class Weakening {

    static final String FORGET_INTENTS = "forget-intents";

    private static final String STATE = "io/broadside/runtime/dispatch/Ledger$State";
    private static final int CODE_OF_NEW = 0;

    private Weakening() {}

    /**
     * Makes a ledger write ATTEMPTED as NEW: calls start without a durable intent, and whoever takes over runs them again.
     *
     * @param directory is filled with the changed classes, to be put before the right ones
     */
    static Path forgetIntents(Path directory) throws IOException {
        var classFile = ClassFile.of();
        byte[] original;
        try (var found = ClassLoader.getSystemResourceAsStream(STATE + ".class")) {
            if (found == null) {
                throw new IOException("The class " + STATE + " was not found.");
            }
            original = found.readAllBytes();
        }
        var change = new AttemptedAsNew();
        var weakened = classFile.transformClass(
                classFile.parse(original),
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString("<clinit>"), change));
        if (change.changes != 1) {
            throw new IOException("The weakening no longer fits " + STATE + ": adapt it.");
        }
        var target = directory.resolve(STATE + ".class");
        Files.createDirectories(target.getParent());
        Files.write(target, weakened);
        return directory;
    }

    /** {@code new State("ATTEMPTED", 1, 1)} becomes {@code new State("ATTEMPTED", 1, 0)}. */
    private static final class AttemptedAsNew implements CodeTransform {

        private final List<ConstantInstruction> constants = new ArrayList<>();
        private int changes;

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            switch (element) {
                case ConstantInstruction constant -> constants.add(constant);
                case InvokeInstruction call
                when call.name().equalsString("<init>") -> {
                    var isAttempted = constants.size() == 3
                            && "ATTEMPTED".equals(constants.getFirst().constantValue());
                    write(code, isAttempted);
                    code.with(call);
                }
                default -> {
                    write(code, false);
                    code.with(element);
                }
            }
        }

        private void write(CodeBuilder code, boolean isAttempted) {
            for (int i = 0; i < constants.size(); i++) {
                if (isAttempted && i == 2) {
                    code.loadConstant(CODE_OF_NEW);
                    changes++;
                } else {
                    code.with(constants.get(i));
                }
            }
            constants.clear();
        }
    }
}
