using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Sluice.Daemon.Settings;

/// <summary>What silos and edges of a cluster have in common, section <c>Cluster</c>.</summary>
public sealed class ClusterSettings
{
    /// <summary>Which cluster: silos and edges with the same text belong together, others are turned away.</summary>
    /// <value>1 to 100 characters, default <c>sluice</c>.</value>
    [Required]
    [StringLength(100, ErrorMessage = "must be 1 to 100 characters long.")]
    public string Id { get; set; } = "sluice";

    /// <summary>How connections between silos and edges are protected.</summary>
    public ClusterTlsSettings Tls { get; } = new();

    /// <summary>Registers the section and what it is checked by.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSettings<ClusterSettings>("Cluster");
        services.AddSingleton<IValidateOptions<ClusterSettings>, TlsValidator>();
    }

    /// <summary>Describes the section.</summary>
    public static void Describe(SettingCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        const string File = "a file that exists";
        catalog.Section<ClusterSettings>("Cluster")
            .Add(
                "Id", "Which cluster. Silos and edges with the same text belong together; others are turned away.",
                "1 to 100 characters", "--cluster-id")
            .Add(
                "Tls:CertificateFile",
                "Certificate, with the chain behind it, that this process shows to silos and edges; PEM, read again "
                + "when it changes. Without the three files connections are plain TCP.",
                File)
            .Add("Tls:KeyFile", "The certificate's private key; PEM, without a password.", File)
            .Add(
                "Tls:TrustedCertificatesFile",
                "The authorities whose certificates are believed; PEM. The machine's own list is not.",
                File)
            .Add(
                "Tls:RequirePeerCertificate",
                "Whether who connects to a silo must show a certificate of these authorities. False protects against "
                + "listening only.")
            .Add(
                "Tls:SiloName",
                "The DNS name that certificates of silos carry; who says it is a silo and has another one is turned "
                + "away. Not set: any certificate of these authorities may be a silo's.",
                "a DNS name");
    }

    private sealed class TlsValidator : IValidateOptions<ClusterSettings>
    {
        public ValidateOptionsResult Validate(string? name, ClusterSettings options)
        {
            var mistakes = options.Tls.Mistakes().ToList();
            return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
        }
    }
}

/// <summary>How connections are protected, section <c>Cluster:Tls</c>: all three files, or none.</summary>
public sealed class ClusterTlsSettings
{
    /// <summary>This process's certificate with its chain, PEM.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The certificate's private key, PEM, without a password.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The authorities whose certificates are believed, PEM.</summary>
    public string TrustedCertificatesFile { get; set; } = "";

    /// <summary>Whether who connects must show a certificate.</summary>
    /// <value>Default true.</value>
    public bool RequirePeerCertificate { get; set; } = true;

    /// <summary>The DNS name that certificates of silos carry; empty: any.</summary>
    public string SiloName { get; set; } = "";

    internal IEnumerable<string> Mistakes()
    {
        (string Name, string Path)[] files =
        [
            (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile),
            (nameof(TrustedCertificatesFile), TrustedCertificatesFile),
        ];
        var none = files.All(file => file.Path.Length == 0);
        foreach (var (name, path) in files.Where(_ => !none))
        {
            if (path.Length == 0)
            {
                yield return $"Cluster:Tls:{name} is empty; with the other files of Cluster:Tls set, it is needed too.";
            }
            else if (!File.Exists(path))
            {
                yield return $"Cluster:Tls:{name} '{path}' does not exist, or this user may not look there.";
            }
        }

        if (none && SiloName.Length > 0)
        {
            yield return "Cluster:Tls:SiloName is set without certificates; nothing would be checked. Set the three "
                + "files.";
        }
    }
}
