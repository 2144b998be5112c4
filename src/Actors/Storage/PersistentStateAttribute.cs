namespace Sluice.Actors;

/// <summary>Names the state a constructor parameter is bound to.</summary>
/// <param name="stateName">Unique within the grain; part of the stored key.</param>
/// <param name="storageName">The storage provider; null is the one registered as <c>Default</c>.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
{
    public string StateName { get; } = stateName;

    public string? StorageName { get; } = storageName;
}
