using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Security.Vaults;

/// <summary>
/// A master key in the transit engine of HashiCorp Vault or OpenBao, section <c>Vault</c>. It never leaves there.
/// </summary>
internal sealed class VaultOptions
{
    /// <summary>The vault, as <c>https://vault.internal:8200</c>.</summary>
    /// <value>Default empty: the master key is not there.</value>
    public string Address { get; set; } = "";

    /// <summary>The name of the key.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,100}$", ErrorMessage = "must be 1 to 100 of letters, digits, '_', '.', '-'.")]
    public string Key { get; set; } = "sluice";

    /// <summary>Where the transit engine is mounted.</summary>
    public string Mount { get; set; } = "transit";

    /// <summary>The namespace.</summary>
    /// <value>Default empty: none.</value>
    public string Namespace { get; set; } = "";

    /// <summary>A file with a token, read again for each call, so that an agent may renew it.</summary>
    /// <value>Default empty: Kubernetes vouches for the silo.</value>
    public string TokenFile { get; set; } = "";

    /// <summary>The role to sign in as by the Kubernetes method.</summary>
    /// <value>Default empty: <see cref="TokenFile"/> has a token.</value>
    public string KubernetesRole { get; set; } = "";

    /// <summary>Where the Kubernetes method is mounted.</summary>
    public string KubernetesMount { get; set; } = "kubernetes";

    /// <summary>The token of the pod's own account.</summary>
    public string KubernetesTokenFile { get; set; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>True: it only opens what it has wrapped, while another master key takes its place.</summary>
    /// <value>Default false: it is the master key.</value>
    public bool OpensOnly { get; set; }

    /// <summary>How long one call may take; it is tried three times.</summary>
    /// <value>100 milliseconds to 1 minute, default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
