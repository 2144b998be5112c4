namespace Sluice.OrleansHosting;

/// <summary>
/// How connections between silos and edges are protected, section <c>Cluster:Tls</c>, the same as under the built-in
/// engine. Nothing set: plain TCP.
/// </summary>
internal sealed class ClusterTlsOptions
{
    public const string Section = "Cluster:Tls";

    /// <summary>
    /// The certificate that is presented, and the chain behind it, as PEM. A silo connects to silos and is connected
    /// to: if its certificate names uses, they are both server and client authentication.
    /// </summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The certificate's private key, as PEM.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>
    /// The authorities that peers' certificates must come from, as PEM. The system's own are not trusted.
    /// </summary>
    public string TrustedCertificatesFile { get; set; } = "";

    /// <summary>Whether a peer that connects must present a certificate, too. Default true.</summary>
    public bool RequirePeerCertificate { get; set; } = true;

    /// <summary>The name that a silo's certificate must be for. Empty: the address that was connected to.</summary>
    public string PeerName { get; set; } = "";

    public bool IsSet => CertificateFile.Length + KeyFile.Length + TrustedCertificatesFile.Length > 0;

    public IEnumerable<string> Mistakes()
    {
        if (!IsSet)
        {
            if (PeerName.Length > 0)
            {
                yield return $"{Section}:PeerName is set without certificates: connections would not be protected.";
            }

            yield break;
        }

        foreach (var (name, file) in new[]
        {
            (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile),
            (nameof(TrustedCertificatesFile), TrustedCertificatesFile),
        })
        {
            if (file.Length == 0)
            {
                yield return $"{Section}:{name} is empty: all three files are needed.";
            }
            else if (!File.Exists(file))
            {
                yield return $"{Section}:{name} '{file}' does not exist.";
            }
        }
    }
}
