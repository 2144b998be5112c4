namespace Sluice.Grains.Federation;

/// <summary>Secrets that we have at providers.</summary>
public static class ProviderSecrets
{
    /// <summary>What a secret is sealed for.</summary>
    public static string PlaceOf(string tenant, string provider) => $"tenant/{tenant}/provider/{provider}/secret";
}

/// <summary>
/// Where a provider sends people back to: an address of its own for each, so that none can pass for another one
/// (RFC 9700, 4.4.2), also where it does not say whose its answers are.
/// </summary>
public static class ProviderCallback
{
    /// <summary>Under the issuer's own address.</summary>
    public static string AddressOf(string issuer, string tenant, string provider) =>
        $"{issuer}/oauth/callback/{tenant}/{provider}";
}
