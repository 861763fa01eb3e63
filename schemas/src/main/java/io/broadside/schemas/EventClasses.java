package io.broadside.schemas;

import org.apache.avro.specific.SpecificData;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Avro makes objects only of classes it was told to trust. The classes of our events tell it of themselves as soon as one of
 * them is loaded, so that nobody who uses them has to know.
 */
public final class EventClasses {

    private static final String PACKAGE = "io.broadside.events.";

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> type.getName().startsWith(PACKAGE)));
    }

    private EventClasses() {}

    /** Makes sure that Avro trusts the events; once is enough, and again does no harm. */
    static void trust() {
        // Loading this class has done it.
    }

    /** Gives the model back as it is; the generated classes call this, and being called is what counts. */
    public static SpecificData trusted(SpecificData model) {
        return model;
    }
}
