namespace Sluice.Silo.Safekeeping;

/// <summary>Settings of rewrap, section <c>Rewrap</c>.</summary>
internal sealed class RewrapOptions
{
    /// <summary>True: secrets are sealed anew under the newest data key too, and not only data keys wrapped.</summary>
    /// <value>Default false.</value>
    public bool Secrets { get; set; }

    /// <summary>True: a new data key is made before, and secrets are sealed under it.</summary>
    /// <value>Default false.</value>
    public bool NewDataKey { get; set; }
}
