using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Sluice.Daemon.Running;

/// <summary>
/// A listener's certificate, from files that are read again when they have changed: connections that are made from then
/// on get the new one, and nothing is restarted. TLS 1.2 at least.
/// </summary>
/// <param name="certificateFile">The certificate and those between it and its authority, PEM.</param>
/// <param name="keyFile">Its private key, PEM, without a password.</param>
/// <param name="time">For how often is looked.</param>
public sealed partial class ListenerTls(string certificateFile, string keyFile, TimeProvider time)
{
    /// <summary>Files are looked at this often at most, however many connections are made.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private (string Certificate, string Key) _texts;
    private (string Certificate, string Key) _refused;
    private SslServerAuthenticationOptions? _options;
    private long _looked;

    /// <summary>Null when neither file is named: then the listener is a plain one.</summary>
    public static ListenerTls? Of(string? certificateFile, string? keyFile) =>
        string.IsNullOrEmpty(certificateFile) || string.IsNullOrEmpty(keyFile)
            ? null
            : new ListenerTls(certificateFile, keyFile, TimeProvider.System);

    /// <summary>What is wrong with two settings of these files, for a sentence that begins with their place.</summary>
    /// <returns>Null when nothing is. It never repeats what is in the files.</returns>
    public static string? MistakeIn(string certificateFile, string keyFile)
    {
        ArgumentNullException.ThrowIfNull(certificateFile);
        ArgumentNullException.ThrowIfNull(keyFile);
        if (certificateFile.Length == 0 != (keyFile.Length == 0))
        {
            return "is of use with both files only, the certificate and its key.";
        }

        try
        {
            if (certificateFile.Length > 0)
            {
                Make(File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {exception.Message}";
        }
        catch (CryptographicException)
        {
            return $"'{certificateFile}' and '{keyFile}' are no certificate with its key, in PEM without a password.";
        }
    }

    /// <summary>What a connection that is made now gets.</summary>
    /// <exception cref="Exception">The files cannot be used, and never could.</exception>
    public SslServerAuthenticationOptions Current(ILogger logger)
    {
        lock (_lock)
        {
            if (_options is not null && time.GetElapsedTime(_looked) < LookPeriod)
            {
                return _options;
            }

            _looked = time.GetTimestamp();
            var texts = ("", "");
            try
            {
                texts = (File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
                if (_options is null || texts != _texts)
                {
                    (_options, _texts, _refused) = (Make(texts.Item1, texts.Item2), texts, default);
                }
            }
            catch (Exception exception) when (_options is not null)
            {
                // One file is replaced after the other: while they do not fit, the former ones serve.
                if (texts != _refused)
                {
                    _refused = texts;
                    LogKept(logger, exception, certificateFile, keyFile);
                }
            }

            return _options!;
        }
    }

    private static SslServerAuthenticationOptions Make(string certificate, string key)
    {
        var leaf = X509Certificate2.CreateFromPem(certificate, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        chain.RemoveAt(0);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
        };
    }

    [LoggerMessage(3211, LogLevel.Error,
        "The certificate in {CertificateFile} with the key in {KeyFile} cannot be used; the former one serves on.")]
    private static partial void LogKept(ILogger logger, Exception exception, string certificateFile, string keyFile);
}
