using System.Reflection;

namespace Sluice.Actors;

/// <summary>A call, as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The calling grain; null when the call comes from outside.</summary>
    GrainId? SourceId { get; }

    /// <summary>The called grain.</summary>
    GrainId TargetId { get; }

    /// <summary>The grain object.</summary>
    object Grain { get; }

    /// <summary>The method of the grain interface.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The full name of the grain interface.</summary>
    string InterfaceName { get; }

    string MethodName { get; }

    /// <summary>
    /// The result, once <see cref="Invoke"/> has completed; null for a method without one. May be set.
    /// </summary>
    object? Result { get; set; }

    /// <summary>Goes on to the next filter, or to the grain.</summary>
    Task Invoke();
}

/// <summary>A call that arrived at its grain.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that runs the call.</summary>
    IGrainContext TargetContext { get; }

    /// <summary>The method of the grain class.</summary>
    MethodInfo ImplementationMethod { get; }
}

/// <summary>
/// Runs around every call that arrives at a grain, in the call's own turn, in the order of registration. A grain that
/// implements it itself comes last.
/// </summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Calls <c>context.Invoke()</c> to go on; what it throws is the call's outcome.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}
