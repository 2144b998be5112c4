namespace Sluice.Actors;

/// <summary>On a grain interface's method: it may always run between the turns of other requests.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute;

/// <summary>On a grain class: its requests may run between each other's turns.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;

/// <summary>
/// On a grain interface's method: it changes nothing, and may run together with others that change nothing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;

/// <summary>
/// On a grain interface's method without a result: the caller goes on at once and never learns what happened. Lossy:
/// not for anything that counts.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;
