namespace Sluice.Actors;

/// <summary>This type crosses the wire or is stored; its members carry an <see cref="IdAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute;

/// <summary>
/// Nobody changes an instance after it was passed on, so it need not be copied. On a parameter it says so for that
/// parameter alone.
/// </summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Parameter | AttributeTargets.Property
    | AttributeTargets.Field)]
public sealed class ImmutableAttribute : Attribute;

/// <summary>The number of a member on the wire: unique within its type, never reused.</summary>
/// <param name="id">0 or more.</param>
[AttributeUsage(
    AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct
    | AttributeTargets.Enum | AttributeTargets.Parameter)]
public sealed class IdAttribute(uint id) : Attribute
{
    public uint Id { get; } = id;
}

/// <summary>The name of a type or method on the wire, which survives a renaming in the source.</summary>
/// <param name="alias">Unique within the application; not blank.</param>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Method
    | AttributeTargets.Enum)]
public sealed class AliasAttribute(string alias) : Attribute
{
    public string Alias { get; } = alias;
}
