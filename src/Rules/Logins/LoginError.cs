namespace Sluice.Rules.Logins;

/// <summary>What a program is told at its redirect address when there is no code (RFC 6749, 4.1.2.1).</summary>
public enum LoginError
{
    /// <summary>There is no error.</summary>
    None,

    /// <summary>A parameter is missing, or is not what it must be.</summary>
    InvalidRequest,

    /// <summary>Something else than a code is wanted.</summary>
    UnsupportedResponseType,

    /// <summary>A request inside of a signed text, which is not taken here.</summary>
    RequestNotSupported,

    /// <summary>The same, behind an address.</summary>
    RequestAddressNotSupported,

    /// <summary>The scope has words that are not known, or is wider than what is granted.</summary>
    InvalidScope,

    /// <summary>The person may not be this client, or said no, or did not sign in as freshly as was asked.</summary>
    AccessDenied,

    /// <summary>The client is suspended.</summary>
    UnauthorizedClient,

    /// <summary>The provider is away, or too many sign in at once.</summary>
    TemporarilyUnavailable,

    /// <summary>The provider is not set up as it must be.</summary>
    ServerError,
}

/// <summary>Errors by the names that programs know them by.</summary>
public static class LoginErrors
{
    /// <summary>As it stands in <c>error</c>.</summary>
    public static string NameOf(LoginError error) => error switch
    {
        LoginError.InvalidRequest => "invalid_request",
        LoginError.UnsupportedResponseType => "unsupported_response_type",
        LoginError.RequestNotSupported => "request_not_supported",
        LoginError.RequestAddressNotSupported => "request_uri_not_supported",
        LoginError.InvalidScope => "invalid_scope",
        LoginError.AccessDenied => "access_denied",
        LoginError.UnauthorizedClient => "unauthorized_client",
        LoginError.TemporarilyUnavailable => "temporarily_unavailable",
        LoginError.ServerError => "server_error",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "It has no name."),
    };

    /// <summary>
    /// What a provider's error is to a program of ours: that a person said no, or that it is the provider's trouble.
    /// </summary>
    public static LoginError OfProvider(string error) => error switch
    {
        "access_denied" or "login_required" or "interaction_required" or "consent_required"
            or "unmet_authentication_requirements" => LoginError.AccessDenied,
        "temporarily_unavailable" => LoginError.TemporarilyUnavailable,
        _ => LoginError.ServerError,
    };
}
