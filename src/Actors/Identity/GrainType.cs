namespace Sluice.Actors;

/// <summary>
/// The name of a kind of grain: by default its class name without the suffix <c>Grain</c>, in lower case
/// (<c>ClientGrain</c> is <c>client</c>).
/// </summary>
public readonly struct GrainType : IEquatable<GrainType>
{
    public GrainType(IdSpan id) => Value = id;

    /// <summary>The name itself.</summary>
    public IdSpan Value { get; }

    /// <summary>True when this names no type.</summary>
    public bool IsDefault => Value.IsDefault;

    /// <summary>The type with the given name.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> is null or blank.</exception>
    public static GrainType Create(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return new GrainType(IdSpan.Create(value));
    }

    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);

    public bool Equals(GrainType obj) => Value.Equals(obj.Value);

    public override bool Equals(object? obj) => obj is GrainType other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Value.ToString();
}
